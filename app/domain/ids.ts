import { z } from 'zod'

/** Ids are opaque text: compared, never parsed, never computed with. The brands keep one kind from standing in for another. */
const id = (max = 128) => z.string().min(1).max(max)

export const tenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a tenant id is lower-case letters, digits and hyphens')
  .brand<'TenantId'>()
export type TenantId = z.infer<typeof tenantId>

export const userId = id().brand<'UserId'>()
export type UserId = z.infer<typeof userId>

export const deviceId = id().brand<'DeviceId'>()
export type DeviceId = z.infer<typeof deviceId>

export const storeId = id().brand<'StoreId'>()

/** A code of the geography pack, at any level. Text with its leading zeros, never a number. */
export const placeCode = id(32).brand<'PlaceCode'>()
export type PlaceCode = z.infer<typeof placeCode>

/** Lower-case hex SHA-256: the name of every stored file. */
export const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 lower-case hex digits')
  .brand<'Sha256'>()
export type Sha256 = z.infer<typeof sha256Hex>

export const DATASET_IDS = [
  'reference.geography',
  'gold.sales_cube',
  'gold.store_days',
  'gold.sale_lines',
  'platinum.anomaly_detection',
  'platinum.basket_clusters',
] as const
export const datasetId = z.enum(DATASET_IDS)
export type DatasetId = z.infer<typeof datasetId>

export const semanticVersion = z
  .string()
  .regex(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/, 'a version looks like 1.0.0')
  .brand<'SemanticVersion'>()
export type SemanticVersion = z.infer<typeof semanticVersion>
