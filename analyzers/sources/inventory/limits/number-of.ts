/** What AWS gives as text, such as the size of a task or the value of a parameter; null for what is no number. */
export const numberOf = (text: string | undefined): number | null =>
  text === undefined || Number.isNaN(Number(text)) ? null : Number(text);
