/** Passwords that end a URL's password early when they are not encoded, with one such character and with several. */
export const BAD_PASSWORDS = [
  ...['p@ss/word:1', 'p/1', '12/3', 'p?1', '12?3', 'p#1', '50%off'],
  ...['p@ss/w?x', 'p@ss/w?a=b', 'p@ss/w?host=x', 'p@ss?w/x', '1/2#3', '1?2/3', 'p@ss/50%off'],
] as const
