import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Admission } from '../ingestion/admission.ts'
import type { FairGate } from '../ingestion/fair-gate.ts'

export interface Metrics {
  readonly registry: Registry
  /** Sales by outcome: accepted, duplicate, quarantined, refused. */
  readonly sales: Counter<'outcome'>
  /** From a sale's write at its source, by the server's clock, to its commit. */
  readonly sourceToBronze: Histogram
  /** Shows how full ingestion is. */
  watchIngestion(admission: Admission): void
}

/** Prometheus metrics of one server: the process, its requests by route, the sales it took in. */
export function metricsOf(app: FastifyInstance): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'scout_http_request_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  })
  const sales = new Counter({
    name: 'scout_ingested_sales_total',
    help: 'Sales received from devices, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched'
    requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000)
  })
  const sourceToBronze = new Histogram({
    name: 'scout_source_to_bronze_seconds',
    help: "From a sale's write at its source, put right by the device's measured clock, to its commit in bronze.",
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3600, 86_400],
    registers: [registry],
  })
  return {
    registry,
    sales,
    sourceToBronze,
    watchIngestion({ reading, storing }) {
      const door = (name: string, help: string, read: (gate: FairGate) => number) =>
        new Gauge({
          name,
          help,
          labelNames: ['door'],
          registers: [registry],
          collect() {
            this.set({ door: 'reading' }, read(reading))
            this.set({ door: 'storing' }, read(storing))
          },
        })
      door('scout_ingestion_inside', 'Batches under way.', gate => gate.inside)
      door('scout_ingestion_waiting', 'Batches that wait for room.', gate => gate.waiting)
      door('scout_ingestion_bytes', 'Bytes of the batches under way.', gate => gate.heldBytes)
    },
  }
}
