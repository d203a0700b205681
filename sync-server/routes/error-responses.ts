import { errorBody } from '../../app/contracts/http.ts'

/** What every route may answer besides its own: documented once, for OpenAPI. */
export const REFUSALS = { '4xx': errorBody, '5xx': errorBody } as const

/** For OpenAPI: the route wants a bearer token. */
export const BEARER = [{ access: [] }]
