import type { Anomaly } from './judge/anomaly.ts';
import type { HistoryRecord } from './judge/history.ts';
import type { Plan } from './plan.ts';
import { shrinkPlan } from './shrink.ts';
import { simulate } from './sim/world.ts';

/** A plan that goes wrong, made as small as it gets. */
export interface Failure {
  readonly plan: Plan;
  readonly anomalies: readonly Anomaly[];
  /** What happened, line by line, up to the first anomaly. */
  readonly history: readonly HistoryRecord[];
}

/** Finds the smallest plan that goes wrong in the way in which `plan` first did. */
export async function explainFailure(plan: Plan, first: Anomaly): Promise<Failure> {
  const isSame = (anomaly: Anomaly) => anomaly.kind === first.kind;
  const small = await shrinkPlan(plan, async (candidate) => {
    const { verdict } = await simulate(candidate);
    return verdict.anomalies.some(isSame);
  });
  const history: HistoryRecord[] = [];
  const { verdict } = await simulate(small, (record) => history.push(record));
  const at = verdict.anomalies.find(isSame)?.at ?? Number.POSITIVE_INFINITY;
  return {
    plan: small,
    anomalies: verdict.anomalies,
    history: history.filter((record) => record.at <= at && isTelling(record)),
  };
}

/** Reads of the run's own log reader say little, unless they are the last. */
function isTelling({ kind }: HistoryRecord): boolean {
  return kind !== 'page' && kind !== 'measured';
}
