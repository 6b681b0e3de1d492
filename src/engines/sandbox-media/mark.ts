/** The word that marks every file of the sandbox, in its picture or in its title. */
export const WORD = 'SANDBOX'
export const TITLE = 'SANDBOX – not a real result'
export const SOFTWARE = 'Polyphony sandbox'
