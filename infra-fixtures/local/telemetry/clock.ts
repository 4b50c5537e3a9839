/** The endpoint's time, in epoch milliseconds: passed in, so that a test can make a minute pass. */
export type Clock = () => number;
