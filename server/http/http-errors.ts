interface HttpErrorRow {
  readonly http: number;
  readonly retryable: boolean;
  /** One sentence on what to do. */
  readonly advice: string;
}

/** What HTTP requests are refused with before any call is made of them: beside the table of errors, and like it
 *  the only source for replies and documents. */
export const httpErrors = {
  MALFORMED_REQUEST: {
    http: 400,
    retryable: false,
    advice: 'The request line or the headers cannot be read; send plain HTTP/1.1.',
  },
  METRICS_REFUSED: {
    http: 401,
    retryable: false,
    advice: 'Metrics are for this machine, or for whoever shows METRICS_TOKEN as a bearer token.',
  },
  REQUEST_REFUSED: {
    http: 403,
    retryable: false,
    advice:
      'Pages call from origins of ALLOWED_ORIGINS alone; in development mode only this machine is served.',
  },
  NO_SUCH_PATH: {
    http: 404,
    retryable: false,
    advice: 'Look into /openapi.json, or /docs, for what there is.',
  },
  METHOD_NOT_ALLOWED: {
    http: 405,
    retryable: false,
    advice: 'Use the method that the header Allow names.',
  },
  REQUEST_TIMEOUT: {
    http: 408,
    retryable: true,
    advice: 'Send headers within 10 s and the whole request within 30 s.',
  },
  HEADERS_TOO_LARGE: {
    http: 431,
    retryable: false,
    advice: 'Send less than 16 KiB of headers.',
  },
} as const satisfies Readonly<Record<string, HttpErrorRow>>;

/** A row of that table. */
export type HttpErrorCode = keyof typeof httpErrors;
