/** Mood tags, the words of a prompt that mean them, and the subjects that suit a prompt which names a mood alone. */
export const MOODS: readonly (readonly [mood: string, words: string, theme: ThemeName])[] = [
  [
    'sad',
    'sad sadness lonely loneliness loss lost tears goodbye grief broken heartbreak melancholy melancholic blue sorrow crying',
    'heartbreak',
  ],
  [
    'happy',
    'happy happiness joy joyful smile laugh laughing party birthday celebrate cheerful fun funny upbeat feel-good',
    'birthday',
  ],
  ['dreamy', 'dreamy dream dreams moon star stars cloud clouds ethereal hazy', 'space'],
  ['epic', 'epic battle hero heroic dragon war victory powerful', 'epic'],
  ['calm', 'calm peace peaceful quiet gentle chill relaxing relaxed mellow soothing rain sea ocean forest', 'nature'],
  ['energetic', 'energetic run running fast dance dancing energy fire drive driving race uplifting wild', 'courage'],
  ['romantic', 'romantic love heart kiss romance wedding', 'love'],
  ['dark', 'dark gloomy sinister eerie haunting', 'ghosts'],
]

type ThemeName = 'birthday' | 'courage' | 'epic' | 'ghosts' | 'heartbreak' | 'love' | 'nature' | 'space'

/** Words that say how a song sounds, not what it is about. */
export const STYLE_WORDS: ReadonlySet<string> = wordSet(`
  acapella acoustic aggressive alternative ambient anthemic arrangement atmospheric ballad banjo bass bassline beat beats bluegrass
  blues blue-grass bossa boom bap brass bpm calm cappella catchy celtic cello chamber cheerful children's chill chillhop chiptune
  choir chords chorus cinematic classic classical club commercial contemporary country crunchy dance dancehall dark deep disco
  distorted dnb downtempo dramatic dreamy drill drum drums dub dubstep duet edm eerie electric electro electronic electronica
  emo emotional energetic energy english epic ethereal fast feel-good female fiddle flow flute folk folky funk funky funny
  gentle gospel groove groovy grunge guitar guitars happy hard hardcore harmonica harmonies heavy hi-fi hip hip-hop hop
  horns house hyperpop indie inspirational instrumental instruments intense jazz jazzy jungle key kids' latin lead light lo lo-fi
  lofi fi loud lyrical lyrics major male mandolin melancholic melancholy mellow melodic melody metal minimal minor mid-tempo
  modern mood moody motown music new nice nostalgic old old-school opera orchestra orchestral organ pad pads piano playful pop
  powerful production progressive psychedelic punk r&b raga rap rave raw reggae reggaeton relaxed relaxing retro reverb
  riff riffs rnb rock romantic rough sad samba sax saxophone school sentimental short shoegaze simple singer-songwriter ska slow
  smooth soft solo song songs soothing soul soulful sound sounds soundtrack spooky strings style swing synth synths synthwave synthpop
  sweet techno tempo thrash tones track trance trap trip-hop tropical trumpet tune ukulele upbeat uplifting urban version vibe vibes
  vintage violin vocal vocals voice voices waltz warm wave whimsical 60s 70s 80s 90s 2000s beautiful cute cool great
  lullaby anthem shanty hymn carol jingle long best good memorable rhyming rhymed banger bop jam drop euphoric hypnotic bluesy
  symphonic edm ballads tunes duets idm breakbeat phonk amapiano afrobeat afrobeats cumbia salsa tango flamenco bachata bolero
  mariachi fado schlager chanson barbershop doo-wop ragtime bebop big-band motivational bouncy gritty haunting romantic-sounding
  angry furious fierce hopeful wistful bittersweet tender triumphant quirky silly cheesy sassy passionate sensual spiritual
  joyful joyous sombre somber vocalist vocalists singer singers rapper trailer singalong sing-along stadium radio-friendly danceable headbanging`)

/** Small words that hold style words together. */
export const JOINING_WORDS: ReadonlySet<string> = wordSet(`
  a an the and or with of in on at for no without in like as very more some any my that has is it be should by to`)

/** The talk around a request: "please write me …". */
export const REQUEST_WORDS: ReadonlySet<string> = wordSet(`
  please can could would will you write make compose create generate give produce sing do me us i i'd want need like to hear have
  let's lets another one kind type something anything someone piece poem ode story tell number bit really super
  help thing words verse verses single hit theme study studying work out workout relax focus am looking generate full original
  catchy proper there for`)

/** Kinds of songs that say what they are about: "a wedding song". */
export const OCCASIONS: ReadonlySet<string> = wordSet(
  'love birthday wedding christmas halloween breakup heartbreak lullaby summer valentine graduation farewell',
)

/** Styles that also are ordinary words: "a house by the sea" asks for no club music. */
export const ORDINARY_STYLES: ReadonlySet<string> = wordSet(
  'house rock country soul ballad classical pop waltz chinese japanese latin indie lullaby tango',
)

/** Words on which no title ends. */
export const DANGLING_WORDS: ReadonlySet<string> = wordSet(`
  a an the of in on at to for from by with and or but nor so as is am are was were be been my your his her its our their this
  that these those who whose which when while where because if than into onto over under about after before until between
  through without very some any each every i'm it's he's she's we're they're i he she we they not no can could will would should
  must may has have had do does did de la el los las un una y en del con il lo le di da e che per der die das den dem ein eine
  und von mit du des et les`)

/** Words before which a long phrase is cut. */
export const CUT_BEFORE: ReadonlySet<string> = wordSet(`
  who which that when while where because until unless after before since but although whose if so and or as with without
  in on at by from through over under into between during`)

/** Words that a title writes small, except at its ends. */
export const SMALL_IN_TITLES: ReadonlySet<string> = wordSet(
  'a an the and but or nor for of in on at to by as with from into de la el los las y en del di e il der die das und von du et les à au aux des sur o и в на с о',
)

/** Capitalized words that are no names of people. */
export const NOT_NAMES: ReadonlySet<string> = wordSet(`
  i i'm i'll i've i'd monday tuesday wednesday thursday friday saturday sunday january february march april may june july
  august september october november december christmas halloween easter english spanish german french italian japanese chinese
  korean american british god lord earth ok tv dj ai usa uk dna mr mrs ms dr st new year valentine`)

/** Words before a name of a place. */
export const PLACE_PREPOSITIONS: ReadonlySet<string> = wordSet(
  'in to from at near through across over under around into on of',
)

function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
