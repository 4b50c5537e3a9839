/** The source of a regular expression for a text in which `*` stands for `wildcard`, and everything else for itself. */
export const globSource = (glob: string, wildcard: string): string =>
  glob
    .split('*')
    .map((literal) => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .join(wildcard);
