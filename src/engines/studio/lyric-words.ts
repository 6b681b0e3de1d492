/** The lines from which lyrics are made. Lines of one row rhyme; * is replaced by a word of the prompt. */
// biome-ignore format: one rhyme a row
export const RHYMES: readonly (readonly string[])[] = [
  ['I met the * at the break of day', 'And all the * seemed far away', 'Nobody asked the * to stay', 'The * turned from gold to grey', 'I never knew the words to say'],
  ['We kept the * burning through the night', 'The * was a distant light', 'I held the * close and tight', 'And something in the * felt right', 'I watched the * fade from sight'],
  ['I used to call the * mine', 'The * left me as a sign', 'We crossed the * like a line', 'I taught the * how to shine'],
  ['The * fell without a sound', 'We were the * they never found', 'I laid the * on the ground', 'And now the * turns around', 'The * is all over town'],
  ['The * is calling out to me', 'I followed * to the sea', 'The * taught me to be free', 'There is a * in the memory', 'We hummed the * like a melody'],
  ['I left the * on my own', 'The * is heavy as a stone', 'No * ever walks alone', 'The * is leading me back home', 'And in the * a seed was sown'],
  ['The * was there from the start', 'I keep the * in my heart', 'We saw the * come apart', 'You drew the * like a chart'],
  ['I see the * start to glow', 'The * is moving soft and slow', 'There is no * down below', 'I held the * and let it go', 'The * is all I need to know'],
  ['The * came in with the rain', 'I want to see the * again', 'We took the * like a train', 'You wrote the * beside my name', 'The * will never be the same'],
  ['The * burned like a fire', 'And every * takes us higher', 'I hear the * like a choir', 'The * sings along the wire'],
  ['I lean the * against the wall', 'I heard the * when you call', 'We had the * after all', 'I caught the * in the fall'],
  ['There is a * in your eyes', 'The * never told us lies', 'We watch the * as they rise', 'And in the * something flies', 'The * came as no surprise'],
]

export const HOOKS: readonly [string, ...string[]] = [
  '*, oh *, carry me on',
  '*, oh *, all night long',
  'Sing for the *, sing for the *',
  'Give me the *, give me the *',
  'Oh, my *, oh, my *',
  'We are the *, we are the *',
]

export const FALLBACK_WORDS: readonly string[] = [
  'river',
  'window',
  'silence',
  'summer',
  'thunder',
  'garden',
  'shadow',
  'ocean',
  'ember',
  'horizon',
]

/** Mood tags and the words of a prompt that suggest them. */
export const MOODS: readonly (readonly [string, RegExp])[] = [
  ['sad', /sad|lonely|loss|lost|tears|goodbye|grief|broken/],
  ['happy', /happy|joy|smile|laugh|party|birthday|celebrat|summer/],
  ['dreamy', /dream|moon|star|cloud|sleep|night/],
  ['epic', /epic|battle|hero|dragon|war\b|victory|space/],
  ['calm', /calm|peace|quiet|gentle|rain|sea\b|ocean|forest/],
  ['energetic', /run|fast|dance|energy|fire|drive|race/],
  ['romantic', /love|heart|kiss|romance|wedding/],
]

/** Words of a prompt that say nothing about its subject. */
export const SMALL_WORDS: ReadonlySet<string> = new Set(
  `a about above after again all also am an and any are around as at be because been before being below between both but by
  can create do does down during each few for from get give go had has have he her here him his how i i'm if in into is it
  its it's just like lyrics make me more most music my no not of off on one only or other our out over please poem she should
  so some someone something song songs such than that the their them then there these they thing this those through to too
  track tune under until up us very want was we were what when where which while who whose why will with would write you your`.split(
    /\s+/,
  ),
)
