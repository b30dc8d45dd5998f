/**
 * The tables of schema version 1. Once released it does not change: what comes after is a further migration.
 *
 * - Jobs are many and have long keys in common, so scopes, ARNs and retry strategies stand in `texts` once, and in rows of
 *   jobs as its numbers. `job_key` counts up in the order of the commits.
 * - What changes in a job's life is in `jobs`, whose rows are small; its document, written once, is in `job_documents`:
 *   what has no column, see `JobDocument`.
 * - `status` of a job is an index into `JOB_STATUSES`: the live ones come first, so they are one range of `jobs_by_status`.
 * - An array has its size in `child_count`, a multi-node job there its nodes and in `main_node` the index of the main one;
 *   both are NULL in other jobs. Spawned children and placed nodes are rows of `child_jobs`, counted by triggers; they are
 *   removed with their job only, as are the counts. The attempts of a job itself have the `child_index` -1.
 * - `launch_key` of an instance counts up in the order of the launches, which is also that in which they are filled.
 * - Every index is there for one list of the store's interface; each is paid for with every job, those with
 *   `is_indexed = 1` in bulk: see `JobListIndex`.
 */
export const SCHEMA_1 = `
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE texts (
  number INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE compute_environments (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_queues (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE share_usages (
  queue TEXT NOT NULL,
  share_identifier TEXT NOT NULL,
  average_vcpus REAL NOT NULL,
  as_of INTEGER NOT NULL,
  active_until INTEGER,
  PRIMARY KEY (queue, share_identifier)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_definitions (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  revision INTEGER NOT NULL,
  status TEXT NOT NULL,
  deregistered_at INTEGER,
  document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX job_definitions_by_name ON job_definitions (scope, name, revision);
CREATE INDEX job_definitions_by_status ON job_definitions (status, scope, name, revision);
CREATE INDEX job_definitions_by_deregistration ON job_definitions (deregistered_at, scope, name, revision)
  WHERE deregistered_at IS NOT NULL;

CREATE TABLE job_definition_names (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  latest_revision INTEGER NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE instances (
  launch_key INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  terminated_at INTEGER,
  document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX instances_by_id ON instances (scope, instance_id);
CREATE INDEX instances_not_terminated ON instances (launch_key) WHERE terminated_at IS NULL;
CREATE INDEX instances_by_termination ON instances (terminated_at, scope, instance_id)
  WHERE terminated_at IS NOT NULL;

CREATE TABLE jobs (
  job_key INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  queue INTEGER NOT NULL,
  definition INTEGER NOT NULL,
  definition_name TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  share_identifier TEXT,
  created_at INTEGER NOT NULL,
  vcpu_millis INTEGER NOT NULL,
  memory_mib INTEGER NOT NULL,
  gpu_count INTEGER NOT NULL,
  retry_strategy INTEGER NOT NULL,
  attempt_duration_seconds INTEGER,
  child_count INTEGER,
  main_node INTEGER,
  scheduling_priority INTEGER NOT NULL,
  has_dependencies INTEGER NOT NULL DEFAULT 0,
  unspawned TEXT,
  status INTEGER NOT NULL,
  status_reason TEXT,
  queue_position INTEGER NOT NULL,
  attempt_count INTEGER NOT NULL,
  scheduled_at INTEGER,
  started_at INTEGER,
  stopped_at INTEGER,
  is_cancelled INTEGER NOT NULL,
  is_terminated INTEGER NOT NULL,
  stopped_by TEXT,
  is_indexed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX jobs_by_id ON jobs (scope, job_id);
CREATE INDEX jobs_by_status ON jobs (status, scope, queue, created_at)
  WHERE is_indexed = 1;
CREATE INDEX jobs_by_name ON jobs (scope, queue, name_key, created_at DESC, job_key DESC)
  WHERE is_indexed = 1;
CREATE INDEX jobs_by_definition ON jobs (scope, queue, definition, created_at)
  WHERE is_indexed = 1;
CREATE INDEX jobs_by_definition_name ON jobs (scope, queue, definition_name, created_at DESC, job_key DESC)
  WHERE is_indexed = 1;
CREATE INDEX jobs_by_share ON jobs (scope, queue, share_identifier, status, created_at)
  WHERE is_indexed = 1 AND share_identifier IS NOT NULL;
CREATE INDEX jobs_by_stop ON jobs (stopped_at) WHERE stopped_at IS NOT NULL;

CREATE TABLE job_documents (
  job_key INTEGER PRIMARY KEY,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE attempts (
  job_key INTEGER NOT NULL,
  child_index INTEGER NOT NULL,
  number INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (job_key, child_index, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE child_jobs (
  job_key INTEGER NOT NULL,
  child_index INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  status INTEGER NOT NULL,
  status_reason TEXT,
  queue_position INTEGER NOT NULL,
  attempt_count INTEGER NOT NULL,
  scheduled_at INTEGER,
  started_at INTEGER,
  stopped_at INTEGER,
  is_cancelled INTEGER NOT NULL,
  is_terminated INTEGER NOT NULL,
  stopped_by TEXT,
  PRIMARY KEY (job_key, child_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX child_jobs_by_status ON child_jobs (job_key, status, child_index);

CREATE TABLE child_counts (
  job_key INTEGER NOT NULL,
  status INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (job_key, status)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER child_jobs_inserted AFTER INSERT ON child_jobs BEGIN
  INSERT INTO child_counts (job_key, status, count) VALUES (new.job_key, new.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER child_jobs_changed AFTER UPDATE OF status ON child_jobs WHEN new.status <> old.status BEGIN
  UPDATE child_counts SET count = count - 1 WHERE job_key = old.job_key AND status = old.status;
  INSERT INTO child_counts (job_key, status, count) VALUES (new.job_key, new.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TABLE log_groups (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_streams (
  scope TEXT NOT NULL,
  group_name TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, group_name, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  first_sequence INTEGER PRIMARY KEY,
  last_sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  end_bytes INTEGER NOT NULL,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE secrets (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE scheduling_policies (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE consumable_resources (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_environments (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE quota_shares (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_tokens (
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE consumable_jobs (
  resource TEXT NOT NULL,
  job_key INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (resource, job_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX consumable_jobs_by_job ON consumable_jobs (job_key, resource, quantity);

CREATE TABLE service_jobs (
  job_key INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  job_id TEXT NOT NULL,
  queue TEXT NOT NULL,
  name_key TEXT NOT NULL,
  share_identifier TEXT,
  quota_share TEXT,
  created_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  stopped_at INTEGER,
  document TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX service_jobs_by_id ON service_jobs (scope, job_id);
CREATE INDEX service_jobs_by_queue ON service_jobs
  (scope, queue, created_at DESC, job_key DESC, status, name_key, share_identifier, quota_share);
CREATE INDEX service_jobs_by_stop ON service_jobs (stopped_at) WHERE stopped_at IS NOT NULL;
CREATE INDEX service_jobs_live ON service_jobs (job_key) WHERE stopped_at IS NULL;
`;
