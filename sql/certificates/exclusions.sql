-- Ledger lines of park enterprises that an account leaves out: cancelled ranges and green-power lines, with the first
-- rule broken (document of the method, certificates). year is the account. A green-power line that counts in part has a row
-- for the part that was cancelled for another beneficiary (not_held) and one for what its settlements do not cover
-- (not_settled): mwh is the number of those certificates, serial_from to serial_to encloses them.
-- A line whose range is reversed holds no certificate: mwh 0.
-- Grain: year, table_name, ledger_id, reason
-- Order: year, table_name, ledger_id, reason
with excluded as (
    select
        'gec_cancellations' as table_name,
        cancellation_id as ledger_id,
        year,
        enterprise_id,
        park_id,
        project_code,
        generation_month,
        serial_from,
        serial_to,
        count_mwh as mwh,
        count_mwh as line_mwh,
        held_mwh,
        issued_mwh,
        null as settled_mwh,
        use_park_id,
        in_park,
        cancelled_on as day,
        last_day,
        reason,
        file_id,
        line
    from certificates.judged_cancellations
    where reason is not null
    union all
    select
        'gec_trades' as table_name,
        trade_id as ledger_id,
        year,
        enterprise_id,
        park_id,
        project_code,
        generation_month,
        coalesce(lost_from, serial_from) as serial_from,
        coalesce(lost_to, serial_to) as serial_to,
        case when reason = 'not_held' then lost_mwh else count_mwh end as mwh,
        count_mwh as line_mwh,
        null as held_mwh,
        issued_mwh,
        null as settled_mwh,
        null as use_park_id,
        null as in_park,
        trade_date as day,
        cutoff as last_day,
        reason,
        file_id,
        line
    from certificates.judged_trades
    where reason <> 'not_settled'
    union all
    select
        'gec_trades' as table_name,
        trade_id as ledger_id,
        year,
        enterprise_id,
        park_id,
        project_code,
        generation_month,
        unsettled_from as serial_from,
        unsettled_to as serial_to,
        unsettled_mwh as mwh,
        count_mwh as line_mwh,
        null as held_mwh,
        issued_mwh,
        settled_mwh,
        null as use_park_id,
        null as in_park,
        trade_date as day,
        cutoff as last_day,
        'not_settled' as reason,
        file_id,
        line
    from certificates.judged_trades
    where unsettled_mwh > 0
)
select
    ledger_id,
    year,
    enterprise_id,
    park_id,
    project_code,
    generation_month,
    serial_from,
    serial_to,
    cast(mwh as decimal(38, 6)) as mwh,
    reason,
    case
        when reason = 'bad_range'
            then concat('The range ', serial_from, ' to ', serial_to, ' runs backwards or has a negative end.')
        when reason = 'overlap'
            then 'A serial of this line also stands in another line of the same ledger, project and month.'
        when reason = 'not_issued'
            then concat('Of the ', line_mwh, ' certificates of this line the register issued ', issued_mwh, '.')
        when reason = 'not_renewable'
            then 'A trade line with these serials is not of a renewable technology.'
        when reason = 'not_tradable'
            then 'An unbundled trade line with these serials is marked as not tradable.'
        when reason = 'other_year'
            then concat('Generated in ', generation_month, ', outside the account of ', year, '.')
        when reason = 'expired_or_late' and table_name = 'gec_cancellations'
            then concat('Cancelled on ', day, '; the cut-off and the validity of the certificate end on ', last_day, '.')
        when reason = 'expired_or_late'
            then concat('Traded on ', day, ', after the cut-off ', last_day, '.')
        when reason = 'not_held' and table_name = 'gec_trades'
            then concat('Of the ', line_mwh, ' certificates of this line ', mwh, ' were cancelled for another beneficiary.')
        when reason = 'not_held' and not in_park and use_park_id <> ''
            then concat(
                    'The beneficiary was not an enterprise of ', use_park_id, ', the park of use, both in ', year, ' and on ', day,
                    ', the day of cancellation.'
                )
        when reason = 'not_held' and not in_park
            then concat('The beneficiary was not an enterprise of one park both in ', year, ' and on ', day, ', the day of cancellation.')
        when reason = 'not_held'
            then concat(
                    'Of the ', line_mwh, ' certificates of this line the beneficiary''s undisputed purchases up to ', day, ' cover ',
                    held_mwh, '.'
                )
        when reason = 'counted_elsewhere' and table_name = 'gec_trades'
            then 'The certificates come from a project of the park itself.'
        when reason = 'not_settled'
            then concat(
                    'Of the ', line_mwh, ' certificates of this line ', mwh, ' are above what the settlements of the buyer, project and',
                    ' month cover; this trade is settled with ', cast(settled_mwh as decimal(38, 6)), ' MWh.'
                )
        when reason = 'counted_elsewhere'
            then 'The certificates come with green power or own use, or from a project of the park itself, and count there.'
    end as sentence,
    table_name,
    file_id,
    line
from excluded
