/** Lifetimes, in seconds. */
export const ACCESS_TOKEN_S = 15 * 60
export const REFRESH_TOKEN_S = 30 * 86_400
/** How long a profile opens without a network after its last contact. */
export const OFFLINE_S = 30 * 86_400
