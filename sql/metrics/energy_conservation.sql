-- That energy is conserved in each park and month, to the Wh:
-- import + sent by lines + generation + discharge + missing = metered use + unmetered + charge + export + line loss.
-- The left side and the right one but for unmetered are sums of intervals; unmetered is the load of the account beyond the
-- metered use, so the equation holds only if the account lost nothing and made nothing. How many intervals were set
-- against the account and how far the worst one is off stands beside it, and what shares of green supply fell to lines,
-- projects and enterprises.
-- Grain: park_id, month
-- Order: park_id, month
select
    c.park_id,
    c.month,
    cast(left(c.month, 4) as integer) as year,
    c.import_wh * cast(0.000001 as decimal(7, 6)) as import_mwh,
    c.sent_wh * cast(0.000001 as decimal(7, 6)) as line_sent_mwh,
    c.generation_wh * cast(0.000001 as decimal(7, 6)) as generation_mwh,
    c.discharge_wh * cast(0.000001 as decimal(7, 6)) as discharge_mwh,
    c.missing_wh * cast(0.000001 as decimal(7, 6)) as missing_mwh,
    c.metered_use_wh * cast(0.000001 as decimal(7, 6)) as metered_use_mwh,
    c.unmetered_wh * cast(0.000001 as decimal(7, 6)) as unmetered_mwh,
    c.charge_wh * cast(0.000001 as decimal(7, 6)) as charge_mwh,
    c.export_wh * cast(0.000001 as decimal(7, 6)) as export_mwh,
    c.line_loss_wh * cast(0.000001 as decimal(7, 6)) as line_loss_mwh,
    c.intervals_checked,
    c.intervals_unbalanced,
    c.largest_imbalance_wh,
    c.shared_direct_wh * cast(0.000001 as decimal(7, 6)) as shared_direct_mwh,
    c.shared_onsite_wh * cast(0.000001 as decimal(7, 6)) as shared_onsite_mwh,
    c.shared_green_wh * cast(0.000001 as decimal(7, 6)) as shared_green_mwh,
    c.unshared_wh * cast(0.000001 as decimal(7, 6)) as unshared_mwh
from energy.conservation_month as c
inner join metrics.accounts as a on c.park_id = a.park_id and cast(left(c.month, 4) as integer) = a.year
