import { closeSync, openSync } from 'node:fs';
import { createSqliteLog } from '../../server/log/sqlite/sqlite-log.ts';

// A process in which no descriptor is free, then one, then two …, until a log can be opened in the directory that
// it is called with. Prints the error of each attempt, a line of JSON each.
const [dir = ''] = process.argv.slice(2);
const ignore = () => {};

async function tryToOpen(): Promise<{ name: string; message: string } | undefined> {
  try {
    const options = { dir, retention: {}, onDamage: ignore, onTrouble: ignore, onError: ignore };
    await (await createSqliteLog(options)).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : { name: 'unknown', message: String(error) };
  }
}

function takeAll(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    return taken;
  }
}

// Before they are gone: what is loaded on the way needs some too.
process.stdout.write('');
const taken = takeAll();
for (let failure = await tryToOpen(); failure; failure = await tryToOpen()) {
  process.stdout.write(`${JSON.stringify({ name: failure.name, message: failure.message })}\n`);
  const file = taken.pop();
  if (file === undefined) break;
  closeSync(file);
}
