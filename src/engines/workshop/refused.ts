/** The request cannot be carried out, for a reason that its sender can mend. */
export class Refused extends Error {}
