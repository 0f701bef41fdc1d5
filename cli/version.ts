import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const manifest = z.object({ version: z.string() });

/** The version of this package. */
export function readVersion(): string {
  // One folder up from the source, two from what is built.
  const places = ['../package.json', '../../package.json'].map(
    (path) => new URL(path, import.meta.url),
  );
  const file = places.find((place) => existsSync(place));
  if (!file) throw new Error('version: package.json is not where it was installed');
  return manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
