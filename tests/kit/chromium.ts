import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a Chromium is: `CHROMIUM_PATH`, or one of the system's. Undefined: there is none. */
export function chromiumPath(): string | undefined {
  const { CHROMIUM_PATH: named } = process.env;
  return named ?? PLACES.find((path) => existsSync(path));
}
