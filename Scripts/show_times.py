"""Prints a transcript's segments with their times: show_times.py TRANSCRIPT.json"""

import json
import sys

with open(sys.argv[1]) as file:
    transcript = json.load(file)
for segment in transcript["segments"]:
    print(f'  [{segment["start"]:6.2f} – {segment["end"]:6.2f}]  {segment["text"]}')
print(f'  {transcript["duration"]:.1f} s of audio, recognised by {transcript["engine"]} ({transcript["model"]})')
