/** Stands for what looks at contracts in the page that is built: its own is the one that the tests have made, and with
 *  schemas that are left out there is nothing to make strict. */
export function checkKind(): void {}

/** @returns the schema as it is */
export function strict<S>(schema: S): S {
  return schema;
}
