package import Contracts
package import Foundation
package import Postgres
package import ServiceKit

/// Budgets and the leases on them: limit ≥ posted + Σ outstanding at every moment, so that no set of gateways can spend
/// more than the limit.
package struct BudgetLedger: Sendable {
    private let pool: PostgresPool
    private let terms: LeaseTerms

    package init(pool: PostgresPool, terms: LeaseTerms = LeaseTerms()) {
        self.pool = pool
        self.terms = terms
    }

    // MARK: Budgets

    /// Sets the monthly limit, or takes it away with nil. Leases that were granted stay.
    package func setMonthly(_ limit: Money?, by actor: String, in scope: TenantScope) async throws {
        _ = try await pool.query(
            """
            INSERT INTO billing.budgets (tenant_id, monthly, updated_by)
            VALUES (\(scope.tenant.uuid), \(limit.map { String($0.picoUSD) } as String?)::numeric, \(actor))
            ON CONFLICT (tenant_id) DO UPDATE
            SET monthly = EXCLUDED.monthly, updated_by = EXCLUDED.updated_by, updated_at = now()
            """, in: scope)
    }

    /// Where the budget stands in the month of `date`; nil without a budget.
    package func balance(at date: Date, in scope: TenantScope) async throws -> BudgetBalance? {
        let period = BudgetPeriod(containing: date)
        let rows = try await pool.query(Self.balance(of: period, in: scope), in: scope)
        return try rows.first.flatMap(Self.balance)
    }

    // MARK: Leases

    /// Grants a slice that covers `request.needPicoUSD`, and more when there is more.
    ///
    /// - Returns: Without a lease when the tenant has no budget; nil when the budget cannot cover the need. The same
    ///   lease again when `request.lease` names one that this replica was granted.
    /// - Throws: ``LedgerError/leaseEnded`` when that lease is closed, or another replica's.
    package func grant(_ request: LeaseRequest, now: Date, in scope: TenantScope) async throws -> LeaseGrant? {
        let period = BudgetPeriod(containing: now)
        let tenant = scope.tenant.uuid
        return try await pool.withTransaction(in: scope) { transaction in
            // The month's row is the lock: what follows reads sums that no posting and no other grant can change.
            let results = try await transaction.pipeline([
                """
                INSERT INTO billing.periods (tenant_id, period) VALUES (\(tenant), \(period.description)::date)
                ON CONFLICT DO NOTHING
                """,
                """
                SELECT FROM billing.periods
                WHERE tenant_id = \(tenant) AND period = \(period.description)::date FOR UPDATE
                """,
                Self.balance(of: period, in: scope),
                Self.replicas(besides: request.replica, in: period, at: now, in: scope),
                """
                SELECT id, granted, expires_at, state = 'open' AND replica = \(request.replica) AS usable
                FROM billing.leases
                WHERE tenant_id = \(tenant) AND id = \(request.lease?.uuid as UUID?)
                """,
            ])
            if let known = results[4].first {
                guard try known.decode("usable", as: Bool.self) else { throw LedgerError.leaseEnded }
                return try Self.grant(known, balance: results[2].first.flatMap(Self.balance))
            }
            guard let balance = try results[2].first.flatMap(Self.balance) else {
                return LeaseGrant(lease: nil, grantedPicoUSD: nil, expiresAt: terms.expiry(from: now, in: period))
            }
            let others = try results[3].first?.decode("count", as: Int.self) ?? 0
            guard
                let slice = terms.slice(
                    available: balance.available, need: request.needPicoUSD, replicas: others + 1)
            else { return nil }
            var grant = try await insert(slice, for: request, now: now, in: period, scope, transaction)
            grant.budget = Self.standing(balance)
            return grant
        }
    }

    private func insert(
        _ slice: Int64, for request: LeaseRequest, now: Date, in period: BudgetPeriod, _ scope: TenantScope,
        _ transaction: PostgresTransaction
    ) async throws -> LeaseGrant {
        let id = request.lease ?? LeaseID()
        let expiry = terms.expiry(from: now, in: period)
        _ = try await transaction.query(
            """
            INSERT INTO billing.leases (tenant_id, id, period, replica, granted, expires_at)
            VALUES (\(scope.tenant.uuid), \(id.uuid), \(period.description)::date, \(request.replica), \(slice),
                \(expiry))
            """)
        return LeaseGrant(lease: id, grantedPicoUSD: slice, expiresAt: expiry)
    }

    /// Closes a lease with what was spent on it, or corrects what an earlier closing said.
    ///
    /// - Returns: False when the tenant has no such lease. A reconciled lease stays as it is.
    package func close(_ lease: LeaseID, spent: Int64, in scope: TenantScope) async throws -> Bool {
        let rows = try await pool.query(
            """
            UPDATE billing.leases SET
                state = CASE state WHEN 'reconciled' THEN state ELSE 'closed' END,
                declared = CASE state WHEN 'reconciled' THEN declared ELSE \(spent) END,
                closed_at = COALESCE(closed_at, now())
            WHERE tenant_id = \(scope.tenant.uuid) AND id = \(lease.uuid)
            RETURNING id
            """, in: scope)
        return !rows.isEmpty
    }

    /// Lets go of all that the replica's leases still reserve, but for those it keeps: in every tenant.
    ///
    /// - Returns: How many leases were let go.
    package func reconcile(_ replica: String, keeping leases: [LeaseID]) async throws -> Int {
        let rows = try await pool.query(
            "SELECT billing.reconcile_replica(\(replica), \(leases.map(\.uuid))) AS released")
        return try rows.first?.decode("released", as: Int.self) ?? 0
    }

    /// Removes up to `limit` leases that have been of no use for a week. Returns how many.
    package func sweep(limit: Int) async throws -> Int {
        let rows = try await pool.query("SELECT billing.sweep_leases(\(limit)::integer) AS swept")
        return try rows.first?.decode("swept", as: Int.self) ?? 0
    }

    // MARK: Statements

    /// No row without a budget.
    private static func balance(of period: BudgetPeriod, in scope: TenantScope) -> SQL {
        """
        SELECT b.monthly,
            COALESCE((SELECT p.posted FROM billing.periods p
                WHERE p.tenant_id = b.tenant_id AND p.period = \(period.description)::date), 0) AS posted,
            COALESCE((SELECT sum(l.outstanding) FROM billing.leases l
                WHERE l.tenant_id = b.tenant_id AND l.period = \(period.description)::date
                    AND l.outstanding > 0), 0) AS outstanding
        FROM billing.budgets b
        WHERE b.tenant_id = \(scope.tenant.uuid) AND b.monthly IS NOT NULL
        """
    }

    private static func balance(_ row: PostgresRow) throws -> BudgetBalance? {
        BudgetBalance(
            limit: try row.decodeInt128("monthly"), posted: try row.decodeInt128("posted"),
            outstanding: try row.decodeInt128("outstanding"))
    }

    private static func replicas(
        besides replica: String, in period: BudgetPeriod, at now: Date, in scope: TenantScope
    ) -> SQL {
        """
        SELECT count(DISTINCT replica) AS count FROM billing.leases
        WHERE tenant_id = \(scope.tenant.uuid) AND period = \(period.description)::date AND outstanding > 0
            AND state = 'open' AND expires_at > \(now) AND replica <> \(replica)
        """
    }

    private static func grant(_ row: PostgresRow, balance: BudgetBalance?) throws -> LeaseGrant {
        LeaseGrant(
            lease: LeaseID(try row.decode("id", as: UUID.self)),
            grantedPicoUSD: try row.decode("granted", as: Int64.self),
            expiresAt: try row.decode("expires_at", as: Date.self), budget: balance.map(standing))
    }

    private static func standing(_ balance: BudgetBalance) -> LeaseGrant.Budget {
        LeaseGrant.Budget(limitPicoUSD: Int64(clamping: balance.limit), spentPicoUSD: Int64(clamping: balance.posted))
    }
}
