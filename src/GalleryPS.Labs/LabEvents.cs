namespace GalleryPS;

/// <summary>A program on a host of a lab wrote a line.</summary>
/// <param name="Host">The host.</param>
/// <param name="Text">The line.</param>
/// <param name="IsError">Whether it was written to standard error.</param>
public sealed record LabOutputEvent(string Host, string Text, bool IsError) : GalleryEvent;

/// <summary>A try of an experiment is done.</summary>
/// <param name="Result">What came of it.</param>
public sealed record ExperimentEvent(ExperimentResult Result) : GalleryEvent;

/// <summary>What an experiment will try.</summary>
/// <param name="Transport">The transport.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="LossPercent">Share of the packets that are lost, in percent.</param>
/// <param name="Repeat">Which of the repeats it is, from 1.</param>
/// <param name="Estimate">About how long it will take.</param>
public sealed record ExperimentStepEvent(Transport Transport, Protocol Protocol, double LossPercent, int Repeat, TimeSpan Estimate) : GalleryEvent;
