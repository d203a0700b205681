/** Stands in the application's About box, as the boundaries' licence asks. */
export const ATTRIBUTION =
  'Boundaries: PSA, NAMRIA, UN OCHA (CC BY-IGO), via 98labs/philippines-json-maps (MIT). ' +
  'Codes and population: Philippine Statistics Authority PSGC, via yng-me/psgc (MIT).'
