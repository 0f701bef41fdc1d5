/** A bug to be planted: text of a source file that is to read otherwise. */
export interface Mutant {
  /** What goes wrong, in a few words. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly edits: readonly { readonly find: string; readonly replace: string }[];
}

/** A bug of one replacement in one file. */
export function mutant(name: string, file: string, find: string, replace: string): Mutant {
  return { name, file, edits: [{ find, replace }] };
}

/** Plants a bug. @throws Error when a text to be replaced is not there exactly once */
export function plant(source: string, { name, edits }: Mutant): string {
  let text = source;
  for (const { find, replace } of edits) {
    const parts = text.split(find);
    if (parts.length !== 2) {
      throw new Error(
        `mutant "${name}": ${JSON.stringify(find)} is there ${parts.length - 1} times`,
      );
    }
    text = parts.join(replace);
  }
  return text;
}
