/** Known without loading what does the work. */

/** By how much the sides of a picture can grow. */
export const MOST_TIMES = 4

/** Most pixels of an enlarged picture, by the network. Four times takes seven times as long for each pixel of it. */
export const MAX_ENLARGED_PIXELS = { 2: 16_777_216, 4: 4_194_304 }
