import unittest

from app import answer


class AnswerTest(unittest.TestCase):
    def test_unknown_paths_have_no_answer(self):
        self.assertEqual(answer("/healthz"), b"ok")
        self.assertIsNone(answer("/other"))
