/** A picked list, if it is one of strings; else an empty one. */
export const strings = (picked: unknown): string[] =>
  Array.isArray(picked) && picked.every((item) => typeof item === 'string') ? picked : [];

/** The fields of a picked object; none if it isn't one. */
export const fields = (picked: unknown): Readonly<Record<string, unknown>> =>
  typeof picked === 'object' && picked !== null ? (picked as Record<string, unknown>) : {};
