/** True when two types are one and the same, `any` apart from everything. */
export type Same<A, B> =
  // How the checker compares two of these decides it; `T` need not be used again.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles for `true` alone. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function holds<_ extends true>(): void {}
