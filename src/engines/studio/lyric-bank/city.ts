import type { Theme } from '../theme.ts'

export const city: Theme = {
  words:
    'city night midnight street neon tokyo london paris new-york berlin nightlife downtown subway streetlight evening insomnia sleepless rooftop taxi skyline skyscraper skyscrapers nyc lagos mumbai neon-lights alley metropolis 🌃 🌆 🏙 🌉',
  styles: ['synthwave', 'pop', 'hip hop'],
  moods: ['dreamy', 'energetic'],
  hooks: ['Nobody sleeps', 'City after dark', 'Ten million windows'],
  tails: [
    'neon on the wall / shining over all',
    'never going to sleep / secrets that we keep',
    'underneath the light / deeper in the night',
  ],
  scene: [
    'The taxis shine like lemon drops / The last bar sweeps, the jukebox stops',
    'A girl in silver, shoes in hand / Walks home like someone with a band',
    'The noodle man has steam for hair / He nods to everybody there',
    'The signs go red, the signs go green / Across the face of every screen',
    "The subway breathes up through the grate / It's warm, it's two, it's getting late",
    "Up on the third there's someone's light / A cello practising at night",
  ],
  turn: [
    'I saw your face across the track / The train went by, and none came back',
    "The power failed on every floor / And we saw stars we'd missed before",
    'A stranger asked me for the time / We sat till six and heard bells chime',
    'I lost my keys, I lost my crowd / I said my own name right out loud',
  ],
  after: [
    'And now the sweepers come in pairs / The dawn is sitting on the stairs',
    'The bakers lift their iron blinds / The night forgets, the day reminds',
    "I know this city better now / It holds us all, I don't know how",
    'I walked home slow with aching feet / And owned the whole of every street',
  ],
  chorus: [
    "Ten million windows, one of them's mine / It's late, it's loud, I'm doing fine",
    "Hold me up, you towers of light / I've got nowhere to be tonight",
    "Everyone's a stranger here / Till the music's in your ear",
  ],
  bridge: [
    "From up here all the streets are thread / And no one's lost, they're only led",
    "It isn't dark that makes us blind / It's all the lights we hide behind",
    "Somewhere it's noon, somewhere they pray / I'll take the moon, they take the day",
  ],
}
