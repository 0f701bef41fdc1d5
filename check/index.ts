export { type Anomaly, type AnomalyKind } from './judge/anomaly.ts';
export { createChecker, type Checker, type Verdict } from './judge/checker.ts';
export type { HistoryRecord, Shown, Skipped } from './judge/history.ts';
export { type Failure } from './failure.ts';
export { type Plan, type Step } from './plan.ts';
export { roomcheck, type RoomcheckOptions, type RoomcheckReport } from './roomcheck.ts';
export { type Subject } from './subject.ts';
export { type Totals } from './totals.ts';
