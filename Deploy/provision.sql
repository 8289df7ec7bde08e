-- Roles, schemas and the vector extension of one Asterism database (PostgreSQL 16 or newer, pgvector 0.8 or newer).
--
-- Run it in the database of Asterism as a superuser, or as a role with CREATEROLE that owns the database. It can be run
-- again at any time, also by several sessions at once, and is one statement so that any client can send it. pgvector is
-- not a trusted extension: where only an administrator may create it, create it first (CREATE EXTENSION vector).
--
-- For each of the six schemas S:
--   S            LOGIN    the service at run time: owns nothing, no DDL, row-level security applies
--   S_migrator   LOGIN    runs migrations, as S_owner or S_steward after SET ROLE
--   S_owner      NOLOGIN  owns the schema and its tables
--   S_steward    NOLOGIN  owns the SECURITY DEFINER functions that work across tenants
--
-- The roles that log in get no password here; set each afterwards:  ALTER ROLE gateway PASSWORD '…';
DO $provision$
DECLARE
    service text;
    role_name text;
    is_superuser boolean;
BEGIN
    PERFORM set_config('client_min_messages', 'warning', true);
    PERFORM pg_catalog.pg_advisory_xact_lock(4704012563251);
    SELECT rolsuper INTO is_superuser FROM pg_catalog.pg_roles WHERE rolname = current_user;

    -- Roles belong to the whole cluster: each step looks first, and yields to another session that was faster.
    FOREACH service IN ARRAY ARRAY['gateway', 'rag', 'agents', 'prompts', 'billing', 'audit'] LOOP
        FOREACH role_name IN ARRAY ARRAY[service, service || '_migrator', service || '_owner', service || '_steward'] LOOP
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
                BEGIN
                    EXECUTE format(
                        'CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS',
                        role_name,
                        CASE WHEN role_name IN (service, service || '_migrator') THEN 'LOGIN' ELSE 'NOLOGIN' END);
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                END;
            END IF;
        END LOOP;
    END LOOP;

    FOR service, role_name IN
        SELECT granted, member FROM unnest(ARRAY['gateway', 'rag', 'agents', 'prompts', 'billing', 'audit']) AS s(name),
            LATERAL (VALUES
                (name || '_owner', name || '_migrator'),
                (name || '_steward', name || '_migrator'),
                -- The owner hands a function over to the steward with ALTER FUNCTION … OWNER TO.
                (name || '_steward', name || '_owner'),
                -- Only a superuser may create a schema for a role that it is not a member of.
                (name || '_owner', CASE WHEN NOT is_superuser THEN current_user END)
            ) AS g(granted, member)
        WHERE member IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_auth_members m
            WHERE m.roleid = to_regrole(granted) AND m.member = to_regrole(quote_ident(g.member)) AND m.set_option)
    LOOP
        BEGIN
            EXECUTE format('GRANT %I TO %I', service, role_name);
        EXCEPTION WHEN unique_violation OR internal_error THEN NULL;
        END;
    END LOOP;

    -- Nobody comes in, or creates anything, merely by being able to log in somewhere in the cluster.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
    CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;

    FOREACH service IN ARRAY ARRAY['gateway', 'rag', 'agents', 'prompts', 'billing', 'audit'] LOOP
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), service, service || '_migrator');
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, service || '_owner');
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', service);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, service);
        EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', service, service || '_steward');
        -- A function can be called by PUBLIC unless that is taken away; here a call must be granted.
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE %I, %I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
            service || '_owner', service || '_steward');
    END LOOP;
END
$provision$;
