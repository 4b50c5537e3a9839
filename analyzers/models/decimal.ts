/** As many digits as every number has in binary, too: 0.6 and not 0.6000000000000001, with nothing lost of what is small. */
export const decimal = (value: number): number => Number(value.toPrecision(15));
