import { randomBytes } from 'node:crypto';

/** A name never given before: for databases, epochs and nodes. 12 characters of A-Z a-z 0-9 _ -, and
 *  no dash in front: positions are typed after options of commands. */
export function newName(): string {
  return randomBytes(9).toString('base64url').replace(/^-/, '_');
}
