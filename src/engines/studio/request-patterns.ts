// How requests for songs are put in English. The patterns are written in one place, since they share the names of forms.

/** Names of what is requested, as the source of a regular expression. */
const FORM =
  'songs?|ballads?|tracks?|lyrics?|tunes?|poem|anthem|lullaby|hymn|jingle|rap|piece|ode|waltz|shanty|carol|number|banger|bop|jam|theme|duet|music|story|soundscapes?|soundtrack|beats?|instrumentals?|loop|playlist|ads?|adverts?|advertisements?|chant|freestyle'
/** Words that may follow the name of the form: "a song about …". */
const LINKS =
  'about|for|on|of|called|titled|named|dedicated to|in which|where|celebrating|describing|praising|teaching|remembering|between|inspired by|to'
export const ABOUT = /^(?<style>.{0,200}?)\b(?:about(?!\sto\s)|called|titled)\s(?<about>.+)$/is
/** A title that the prompt gives its song, in quotation marks or up to the next clause; but not "a whale named Moby". */
export const CALLED = new RegExp(
  `\\b(?:${FORM}),?\\s(?:called|titled|entitled|named)\\s(?:["“”„«]([^"“”„«»]{1,80})["“”»]|(.{1,80}?)(?=$|[,.;:!?\\n]|\\s(?:about|with|in the style)\\s))`,
  'i',
)
export const LINKED = new RegExp(`^(?<style>.{0,200}?\\b(?:${FORM}))\\s(?<link>${LINKS})\\s(?<about>.+)$`, 'is')
/** "lo-fi for a rainy Sunday": the sound alone, and what it is for. */
export const SOUND_FOR =
  /^(?<sound>(?:[\w&-]+ ){0,4}(?:lo-?fi|pop|rock|punk|metal|jazz|blues|funk|soul|disco|house|techno|trance|trap|drill|ambient|folk|country|reggae|ska|synthwave|chill-?hop|hip-?hop|edm|dnb))\sfor\s(?<told>(?:an?|the|my|our)\s.+)$/is
/** "a spooky song with witches": what is with it may also be a sound. */
export const WITH = new RegExp(`^(.{0,200}?\\b(?:${FORM}))\\s(?:with|featuring)\\s(.+)$`, 'is')
/** A request that names its form last: "a battle song", "breakup songs for kids", "a song in French". */
export const ENDS_IN_FORM = new RegExp(`\\b(?:${FORM})(?:\\s(?:for|in|by|from|with)\\s[^,]{1,40})?$`, 'i')
/** "a song like Queen", "a ballad sung by a robot" */
export const IN_A_MANNER = new RegExp(
  `\\b(?:${FORM})\\s(?:like|similar to|as if|in the (?:style|manner|voice) of|sung by|performed by|by|from|in|with)\\s[^.!?]{1,80}$`,
  'i',
)
export const FORM_WORD = new RegExp(`^(?:${FORM})$`, 'i')
/** After the form: whom or what it is for, and what it does. */
export const UNTIL_ITS_FORM = new RegExp(
  `^.{0,200}?\\b(?:${FORM})(?=$|\\s(?:for|in|by|from|with|that|which|to|you can|people can)\\s)`,
  'is',
)
export const ASKS =
  /^(?:please|can|could|would|write|make|compose|create|generate|produce|give|do|i'd|i (?:want|need|would like))\s/i
/** What a song is to do says nothing of its words: "a song that makes people dance". */
export const WITH_EFFECT = new RegExp(
  `\\b(?:${FORM})\\s(?:that|which|you can|people can|to)\\s(?:makes?|helps?|lets?|gets?|sounds?|feels?|is|will|can|could|should|would|dance|work|study|relax|sleep|sing|cry)\\b`,
  'i',
)
export const FOR_HEARERS =
  /^(?:kids|children|toddlers|babies|adults|teens|everyone|everybody|beginners|families)(?=$|[,.;!?\n])/i
/** What a song is to do for what it is about: "a song to cheer up my friend". */
export const PURPOSE =
  /^(?:cheer up|celebrate|thank|honou?r|remember|welcome|comfort|encourage|congratulate|motivate|surprise|greet|propose to|impress|win back|apologi[sz]e to|say (?:goodbye|sorry|thank you|thanks) to)\s(?=\S)/i
/** A sentence of its own: "I wrote a song about you". */
export const TELLS = /^(?:the|my|our|he|she|we|they|you)\s|^i\s(?!want|need|would|am looking|have to|like to)/i
/** "song in", "lyrics in", before the name of a language. */
export const FORM_BEFORE_IN = new RegExp(
  `(?:^|[\\s-])(?:${FORM}|vocals?|voice|sung|written|version|words|verses?)\\s$`,
  'i',
)
