import { arrange } from '../../src/engines/studio/arrangement.ts'
import { openBank } from '../../src/engines/studio/band/bank.ts'
import { openMp3Writer } from '../../src/engines/studio/encode.ts'
import { accuracyOf, likenessOfSongs, songFeatures } from '../../src/engines/studio/hear/compare.testing.ts'
import { hearSong } from '../../src/engines/studio/hear/hear-song.ts'
import { masterBlocks } from '../../src/engines/studio/master/master.ts'
import { decodeMp3 } from '../../src/engines/mp3/decode.ts'
import type { Score } from '../../src/engines/studio/score.ts'
import { SAMPLE_RATE } from '../../src/engines/studio/synth/signal.ts'

/**
 * What is heard in recordings, against the scores of which they are: beats, bars, chords and notes of the tune, in sung and
 * instrumental songs of several styles; and whether their covers in other styles are told to be covers of them, by chords and tune.
 * Part of `npm run test:hear`; the first argument is a list of styles, the second the seconds of each song. Exit code 1 when one of
 * the thresholds below is missed.
 */
