/** What is said, and when: `burst` messages at once, `burstsPerSecond` times. */
export interface Pace {
  readonly seconds: number;
  readonly burstsPerSecond: number;
  readonly burst: number;
  /** Characters of a message. */
  readonly length: number;
}

/** What the followers saw. */
export interface Deliveries {
  readonly deliveries: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly latencyMaxMs: number;
}
