import { hash } from 'node:crypto';

/** A Lua script: Redis runs it as one step, with nothing in between. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export function script(source: string): Script {
  return { source, sha: hash('sha1', source) };
}
