/** Of a number that came out of a few steps of floating point, so much is none of its own. */
const ROUNDING = 1e-12;

/** The next whole number, but for what floating point adds: whatever is more than nothing is one at least. @param value 0 or more */
export const wholeUp = (value: number): number => Math.ceil(value * (1 - ROUNDING));
