/** Philippine time is eight hours ahead of UTC all year (Republic Act 10535). */
export const UTC_OFFSET_MINUTES = 480
