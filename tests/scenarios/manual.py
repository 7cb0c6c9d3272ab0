"""What ursa says of its commands."""
import re

from laboratory import ursa


def words_of_the_man_page():
    """Every command's words, as in `ursa catalog show`."""
    headings = re.findall(r"^\.SS (.*)$", ursa("man").out.replace("\\", ""), re.MULTILINE)
    return [" ".join(word for word in heading.split() if not word.isupper() and "_" not in word)
            for heading in headings]
