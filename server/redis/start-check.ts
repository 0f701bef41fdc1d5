/** What Redis says about itself. */
export interface RedisInfo {
  readonly version: string;
  readonly runId: string;
  readonly policy: string;
  readonly isReplica: boolean;
  readonly isCluster: boolean;
  /** Was it a replica that has been promoted? */
  readonly isPromoted: boolean;
  readonly isAof: boolean;
}

/** Reads the answer to INFO. */
export function parseInfo(text: string): RedisInfo {
  const of = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(text)?.[1] ?? '';
  return {
    version: of('redis_version'),
    runId: of('run_id'),
    policy: of('maxmemory_policy'),
    isReplica: of('role') === 'slave',
    isCluster: of('cluster_enabled') === '1',
    isPromoted: /[1-9a-f]/.test(of('master_replid2')),
    isAof: of('aof_enabled') === '1',
  };
}

/** How it writes its files, as far as it says. */
export interface Settings {
  /** Is there a file that commands are written to? */
  readonly isAof: boolean;
  /** Is that synced before a command is acknowledged? */
  readonly isSynced: boolean;
  /** Is it synced too while the file is written anew? We ask for that ourselves (LOG5). */
  readonly isSteady: boolean;
}

/** Why rooms cannot be kept there, and what to do about it. */
export interface Unfit {
  readonly reason: string;
  readonly advice: string;
}

/** Undefined when nothing speaks against it. */
export function unfitness(info: RedisInfo): Unfit | undefined {
  if (Number.parseInt(info.version, 10) < 7) {
    const reason = `Redis ${info.version} is too old`;
    return { reason, advice: 'Redis 7.0 or newer is needed, for sharded pub/sub.' };
  }
  if (info.isCluster) {
    const reason = 'this is a Redis cluster';
    return { reason, advice: 'Point REDIS_URL to a Redis that is no cluster.' };
  }
  if (info.isReplica) {
    return { reason: 'this Redis is a replica', advice: 'Point REDIS_URL to its primary.' };
  }
  if (info.policy !== '' && info.policy !== 'noeviction') {
    const reason = `Redis throws data away when its memory is full (maxmemory-policy ${info.policy})`;
    return { reason, advice: 'Set maxmemory-policy to noeviction: rooms must not lose events.' };
  }
  return undefined;
}

/** Names the process of Redis, and says what becomes of its data when it ends. `settings`: unset where it does not say. `ID kept`: everything is on the disk
 *  before it is acknowledged, so nothing is lost. `ID promoted`: it was a replica, and lacks what it had not been
 *  sent. `ID` alone: what was acknowledged may be lost with it. */
export function lifeOf({ runId, isPromoted }: RedisInfo, settings?: Settings): string {
  if (isPromoted) return `${runId} promoted`;
  const isKept = settings?.isAof && settings.isSynced && settings.isSteady;
  return isKept ? `${runId} kept` : runId;
}
