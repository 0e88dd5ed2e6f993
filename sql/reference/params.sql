-- The parameters of the method that each account year was computed with.
-- Grain: year
-- Order: year
select p.*
from run.params as p
