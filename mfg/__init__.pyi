from mfg.course.schedule import schedule as schedule
from mfg.errors import Faults as Faults
from mfg.errors import MfgError as MfgError
from mfg.errors import Refused as Refused
from mfg.failures import Failed as Failed
from mfg.frames.ordered import doses as doses
from mfg.prescription.dosing import dose as dose
from mfg.reader.audits import audit as audit
from mfg.reader.load import load as load
from mfg.reader.load import populations as populations
from mfg.reader.load import protocols as protocols
from mfg.reader.load import scenarios as scenarios
from mfg.reader.load import sites as sites
from mfg.reader.protocols import load_protocol as load_protocol
from mfg.reader.scenarios import load_scenario as load_scenario
from mfg.reader.scenarios import load_site as load_site
from mfg.study.comparison import compare as compare
from mfg.study.run import simulate as simulate
from mfg.study.sensitivity import limits as limits
from mfg.study.sensitivity import sensitivity as sensitivity
from mfg.study.stored import load_run as load_run
from mfg.study.today import today as today
from mfg.study.trace import trace as trace
from mfg.study.variants import Variant as Variant

__version__: str

def __dir__() -> list[str]: ...
