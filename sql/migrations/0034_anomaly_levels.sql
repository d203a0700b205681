-- Anomalies of narrower places than regions, of single stores, and of the number of sales. The rows there are come back with the next full
-- run, which a changed transform asks for.

alter table scout.anomaly_detection drop constraint anomaly_detection_pkey;
delete from scout.anomaly_detection;
alter table scout.anomaly_detection
  -- region, province, city or store.
  add column level text not null,
  -- The region it lies in, of today.
  add column region text not null,
  -- above or below what is usual.
  add column direction text not null,
  add constraint anomaly_detection_pkey primary key (tenant_id, metric, day, level, place);
create index anomaly_detection_region on scout.anomaly_detection (tenant_id, region, day);
comment on column scout.anomaly_detection.place is 'Code of the place; of a store its id.';
