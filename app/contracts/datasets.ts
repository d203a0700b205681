import type { DatasetId } from '../domain/ids.ts'
import type { Column } from './manifest.ts'

/** The columns of every published dataset, in order: what publishing writes into a partition and the laptop reads from it. */

/** Between the aliases of a place in its one text column. */
export const ALIAS_SEPARATOR = '|'

const column = (name: string, type: Column['type'], description: string, nullable = false): Column => ({
  name,
  type,
  nullable,
  description,
})

export const DATASET_COLUMNS: Readonly<Record<DatasetId, readonly Column[]>> = {
  'reference.geography': [
    column('code', 'utf8', 'Code of the place in the geography pack.'),
    column('level', 'utf8', 'region, province or city.'),
    column('name', 'utf8', 'Name of the place.'),
    column('aliases', 'utf8', 'Other names and codes it is known by, separated by |.'),
    column('parent', 'utf8', 'Code of the place one level up.', true),
    column('region', 'utf8', 'Code of the region it lies in; its own for a region.'),
    column(
      'province',
      'utf8',
      'Code of the province it lies in, geographically; its own for a province.',
      true,
    ),
    column('population', 'int32', "People at the pack's census.", true),
    column('area_sqkm', 'float64', 'Area in square kilometres.', true),
    column('income_class', 'utf8', 'Income class.', true),
    column('is_city', 'bool', 'It is a city rather than a municipality.'),
    column('lon', 'float64', 'A point inside the place, degrees WGS84.'),
    column('lat', 'float64', 'A point inside the place, degrees WGS84.'),
  ],
  'gold.sales_cube': [
    column('place', 'utf8', 'Code of the city or municipality.'),
    column('day', 'date32', 'Business day.'),
    column('time_of_day', 'utf8', 'morning, afternoon, evening or night.', true),
    column('channel', 'utf8', 'Way the sale was made.', true),
    column('customer_type', 'utf8', 'Kind of customer.', true),
    column('category', 'utf8', 'Main category: that of the largest line.', true),
    column('sales', 'int32', 'Number of sales.'),
    column('priced_sales', 'int32', 'Number of them that have a price.'),
    column(
      'net_sales',
      'float64',
      'Total less discount of the priced sales, in the currency of the pack, two decimals.',
    ),
    column('units', 'int32', 'Pieces sold.'),
  ],
  'gold.store_days': [
    column('store', 'utf8', 'Store.'),
    column('place', 'utf8', 'Code of the city or municipality it stands in.'),
    column('day', 'date32', 'Business day with at least one sale.'),
    column('sales', 'int32', 'Number of sales.'),
    column('priced_sales', 'int32', 'Number of them that have a price.'),
    column(
      'net_sales',
      'float64',
      'Total less discount of the priced sales, in the currency of the pack, two decimals.',
    ),
  ],
  'gold.sale_lines': [
    column('sale', 'int32', 'Number of the sale within its partition: its lines stand side by side.'),
    column('line', 'int32', 'Number of the line; 0 where the sale has no lines.'),
    column('place', 'utf8', 'Code of the city or municipality.'),
    column('store', 'utf8', 'Store.'),
    column('day', 'date32', 'Business day.'),
    column('hour', 'int32', "Hour of the day in the pack's time zone."),
    column('time_of_day', 'utf8', 'morning, afternoon, evening or night.'),
    column('channel', 'utf8', 'Way the sale was made.', true),
    column('payment_method', 'utf8', 'How it was paid.', true),
    column('customer_type', 'utf8', 'Kind of customer.', true),
    column('customer', 'utf8', 'Pseudonym of the customer.', true),
    column('gender', 'utf8', 'Of the customer, as a device saw it.', true),
    column('age_bracket', 'utf8', 'Of the customer, as a device saw it.', true),
    column('request_type', 'utf8', 'What was asked for: a brand, a kind, something pointed at.', true),
    column('request_mode', 'utf8', 'How it was asked for.', true),
    column('suggestion_accepted', 'bool', 'A suggestion was accepted.', true),
    column('substituted', 'bool', 'Something else was sold than was asked for.', true),
    column('campaign', 'utf8', 'Campaign that the sale belongs to.', true),
    column('campaign_influenced', 'bool', 'A campaign led to the sale.', true),
    column('product', 'utf8', 'Product of the line: its id, else its name.', true),
    column('product_name', 'utf8', 'Name of the product.', true),
    column('brand', 'utf8', 'Brand of the line; UNKNOWN where what was written matched none.', true),
    column('category', 'utf8', "Category of the line; the sale's where it has no lines.", true),
    column('units', 'int32', 'Pieces of the line.', true),
    column('line_amount', 'float64', 'Amount of the line, in the currency of the pack, two decimals.', true),
    column('sale_net', 'float64', 'Total less discount of the sale, the same on each of its lines.', true),
    column('sale_units', 'int32', 'Pieces of the sale, the same on each of its lines.', true),
  ],
  'platinum.anomaly_detection': [
    column('place', 'utf8', 'Code of the region.'),
    column('day', 'date32', 'Business day.'),
    column('metric', 'utf8', 'The metric looked at.'),
    column('value', 'float64', 'Its value on the day.'),
    column('median', 'float64', 'Median of the previous same weekdays.'),
    column('mad', 'float64', 'Median absolute deviation of the previous same weekdays.'),
    column('z', 'float64', 'Robust z-score.'),
    column('window_days', 'int32', 'How many of the 8 previous same weekdays there were.'),
  ],
}
