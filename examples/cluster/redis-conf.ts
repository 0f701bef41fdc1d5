/** The configuration of a Redis that keeps all that it is given: nothing is evicted, and every write is on the disk before
 *  it is acknowledged. */
export function redisConf({ dir, port }: { dir: string; port: number }): string {
  return `
port ${port}
bind 127.0.0.1
dir ${dir}
loglevel warning
maxmemory-policy noeviction
appendonly yes
appendfsync always
`;
}
