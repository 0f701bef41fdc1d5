import { createClient } from '@redis/client';

/** Counts the commands that a Redis is sent from now on, those that scripts run themselves not among them. Resolves with
 *  the end of it. */
export async function countCommands(url: string): Promise<() => Promise<number>> {
  const client = createClient({ url });
  await client.connect();
  let count = 0;
  // `1339518083.107412 [0 127.0.0.1:60866] "keys" "*"`, and `lua` in place of the address within a script.
  await client.monitor((line) => {
    if (!/^\S+ \[\d+ lua\]/.test(line)) count += 1;
  });
  return async () => {
    client.destroy();
    return count;
  };
}
