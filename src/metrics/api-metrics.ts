import { Histogram, type Registry } from 'prom-client';

/** What the HTTP API tells of its requests. */
export interface ApiMetrics {
  /** A request was answered. */
  requestAnswered(request: {
    readonly method: string;
    /** The pattern of its route, like `/v1/webhooks/:id`; undefined where there is none. */
    readonly route: string | undefined;
    readonly statusCode: number;
    readonly seconds: number;
  }): void;
}

const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10];

export function createApiMetrics(registers: Registry[]): ApiMetrics {
  const requests = new Histogram({
    name: 'posthorn_http_request_duration_seconds',
    help: 'How long requests to the HTTP API took, by the pattern of their route and the class of their status; those of no route have none.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  });

  return {
    requestAnswered({ method, route, statusCode, seconds }) {
      const status = `${Math.floor(statusCode / 100)}xx`;
      // Whoever asks for what is not there may use any method.
      const place = route === undefined ? { method: '', route: '' } : { method, route };
      requests.observe({ ...place, status }, seconds);
    },
  };
}
