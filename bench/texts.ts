const WORDS = 'the build is green again so I would ship it before lunch unless somebody objects';

/** What a client says: about 90 characters, never the same twice. */
export function textOf(client: number, count: number): string {
  return `${client}.${count} ${WORDS}`;
}

/** An idempotency key as long as those that the client of this project makes. */
export function keyOf(client: number, count: number): string {
  return `bench-${client}-${count}`.padEnd(36, '.');
}
