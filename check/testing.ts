export { startTestServer, type TestServer } from '../server/testing.ts';
export {
  createChecker,
  roomcheck,
  type Anomaly,
  type AnomalyKind,
  type Checker,
  type Failure,
  type HistoryRecord,
  type Plan,
  type RoomcheckOptions,
  type RoomcheckReport,
  type Shown,
  type Skipped,
  type Step,
  type Subject,
  type Totals,
  type Verdict,
} from './index.ts';
