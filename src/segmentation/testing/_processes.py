"""What a store that several processes use at once must keep."""

import abc

from ._trials import check_capping, check_delivering, check_logging, check_opening


class ProcessesContract(abc.ABC):
    """Real processes at one store: they wait for each other, and all get through."""

    @abc.abstractmethod
    def make_address(self) -> str:
        """The path or address of an empty database that processes reach, a new one each time."""

    def test_processes_that_open_an_empty_database_at_once_all_do(self) -> None:
        check_opening(self.make_address())

    def test_processes_that_log_at_once_all_do_and_leave_no_gap(self) -> None:
        check_logging(self.make_address())

    def test_processes_that_deliver_one_queue_mail_everybody_once(self) -> None:
        check_delivering(self.make_address())

    def test_processes_that_deliver_at_once_send_nobody_more_than_a_cap(self) -> None:
        check_capping(self.make_address())
